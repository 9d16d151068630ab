import { docker, engineAnswers } from './containers.js';

/** Builds what the tests of the containers run, so that no two of them do at the same time. */
export default function buildImages(): void {
  if (engineAnswers) docker('compose', '--profile', 'demo', '--profile', 'chrome', 'build');
}
