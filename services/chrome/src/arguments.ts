export interface LaunchSettings {
  /** Absolute. */
  profileDir: string;
  headless: boolean;
  /** 0 takes any free port. */
  cdpPort: number;
  startUrl: string;
  /** Further arguments, after ours. */
  extra: readonly string[];
}

/** Chrome's arguments. The sandbox stays: nothing here turns it off. */
export function chromeArguments(settings: LaunchSettings): string[] {
  return [
    `--user-data-dir=${settings.profileDir}`,
    // Chrome listens on 127.0.0.1 only, whatever else it is told.
    `--remote-debugging-port=${settings.cdpPort}`,
    '--no-first-run',
    '--no-default-browser-check',
    // After a kill it would ask whether to restore pages, and wait.
    '--hide-crash-restore-bubble',
    // A page that nobody looks at must not fall behind.
    '--disable-background-timer-throttling',
    '--disable-backgrounding-occluded-windows',
    '--disable-renderer-backgrounding',
    ...(settings.headless ? ['--headless=new'] : []),
    ...settings.extra,
    settings.startUrl,
  ];
}
