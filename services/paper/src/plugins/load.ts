import { paperOrder, type Strategy } from '@vectra/protocol';
import type { Order } from '@vectra/game';
import { describeFailure } from '@vectra/service-kit';
import { z } from 'zod';
import type { Behaviour, View } from '../session/behaviour.js';
import { builtIn } from '../session/builtIn.js';
import { Courier } from './courier.js';
import { PluginFiles } from './files.js';
import type { Answer } from './guest/serve.js';
import { PluginError, type Description, type Hook, type Params } from './plugin.js';
import { Sandbox } from './sandbox.js';

/** A call that orders more is taken for a mistake. */
const MOST_ORDERS = 20;
const orders = z.array(paperOrder).max(MOST_ORDERS);

/**
 * The behaviour of a strategy, whatever its kind; a plug-in comes from its file in `folder`, and gets a sandbox of its own: one
 * behaviour serves one session.
 *
 * @throws PluginError when there is no such plug-in, it cannot be loaded, or does not know the strategy's params.
 */
export async function loadBehaviour(strategy: Strategy, folder: string): Promise<Behaviour> {
  if (strategy.kind !== 'plugin') return builtIn(strategy);
  return (await openPlugin(new PluginFiles(strategy.module, folder), strategy.params)).behaviour;
}

/** A plug-in in a new sandbox. @throws PluginError as `loadBehaviour` does. */
export async function openPlugin(
  files: PluginFiles,
  params: Params,
): Promise<{ behaviour: Behaviour; description: Description }> {
  const sandbox = await Sandbox.open(files);
  const description = JSON.parse(sandbox.run('start', JSON.stringify(params))) as Description;
  const courier = new Courier();
  const call = (hook: Hook, view: View): readonly Order[] | undefined => {
    try {
      return ask(sandbox, courier, { hook, view, name: files.name });
    } catch (error) {
      courier.forget();
      throw error;
    }
  };
  const behaviour: Behaviour = {};
  if (description.hooks.includes('onGameStart')) behaviour.onGameStart = (view) => call('onGameStart', view);
  if (description.hooks.includes('onTick')) behaviour.onTick = (view) => call('onTick', view);
  if (description.hooks.includes('onGameEnd'))
    behaviour.onGameEnd = (view) => {
      call('onGameEnd', view);
    };
  return { behaviour, description };
}

function ask(
  sandbox: Sandbox,
  courier: Courier,
  { hook, view, name }: { hook: Hook; view: View; name: string },
): readonly Order[] | undefined {
  const text = sandbox.run('call', JSON.stringify(courier.tell(hook, view)), hook);
  if (text === '') return undefined;
  const answer = read(text, `plug-in ${name}, ${hook}`);
  if (answer.memory !== undefined) {
    // The view's memory is the session's own object.
    for (const key of Object.keys(view.memory)) Reflect.deleteProperty(view.memory, key);
    Object.assign(view.memory, answer.memory);
    courier.left(view.memory);
  }
  const given = orders.safeParse(answer.orders);
  if (given.success) return given.data;
  throw new PluginError(
    `plug-in ${name}, ${hook}: expected a list of orders like {"side":"buy","amount":"0.01"}, amounts as text: ${z.prettifyError(given.error).replaceAll(/\s*\n\s*/g, ' ')}`,
  );
}

/** What comes out of a sandbox is JSON, unless the plug-in changed the engine's own functions. */
function read(text: string, where: string): Answer {
  try {
    return JSON.parse(text) as Answer;
  } catch (error) {
    throw new PluginError(`${where}: expected an answer as JSON: ${describeFailure(error)}`, {
      cause: error,
    });
  }
}
