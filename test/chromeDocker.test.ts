import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePort } from '@vectra/launcher';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { cleanEnvironment, eventually } from './harness.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PROJECT = `vectra-chrome-test-${process.pid}`;
const PROFILES = ['--profile', 'login', '--profile', 'demo'];
const START_MS = 300_000;
const PASSWORD = 'pass-word-of-the-window';
const TOKEN = 'planted-token-in-docker';

const engineAnswers = spawnSync('docker', ['info']).status === 0;
if (!engineAnswers)
  process.stderr.write("No Docker engine answers: the tests of Chrome's container are skipped.\n");

describe.skipIf(!engineAnswers)("Chrome's container", () => {
  let env: Record<string, string | undefined>;

  const compose = (...args: string[]): string =>
    execFileSync('docker', ['compose', ...PROFILES, ...args], {
      cwd: ROOT,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const container = (service: string): string =>
    docker(
      'ps',
      '--all',
      '--quiet',
      '--filter',
      `label=com.docker.compose.project=${PROJECT}`,
      '--filter',
      `label=com.docker.compose.service=${service}`,
    );
  const docker = (...args: string[]): string =>
    execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const inChrome = (script: string): string => docker('exec', container('chrome'), 'sh', '-c', script);
  const untilHealthy = (): Promise<boolean> =>
    eventually('Chrome is healthy', () =>
      docker('ps', '--filter', `id=${container('chrome')}`, '--format', '{{.Status}}').includes('(healthy)'),
    );
  /** Runs in the simulator, which shares the network of the DevTools; `ip` is Chrome's address there. */
  const fromTheNetwork = (expression: string): unknown =>
    JSON.parse(
      docker(
        'exec',
        container('simulator'),
        'node',
        '--input-type=module',
        '--eval',
        `import { lookup } from 'node:dns/promises';
         const { address: ip } = await lookup('chrome');
         console.log(JSON.stringify(await (${expression})));`,
      ),
    );

  beforeAll(async () => {
    env = {
      ...cleanEnvironment(),
      VECTRA_VERSION: process.env.VECTRA_VERSION,
      COMPOSE_PROJECT_NAME: PROJECT,
      CHROME_START_URL: `http://simulator:8090/page?auth=${TOKEN}`,
      NOVNC_PORT: String(await freePort()),
      VNC_PASSWORD: PASSWORD,
    };
    compose('up', '--detach', '--no-deps', 'simulator', 'chrome', 'novnc');
    await untilHealthy();
  }, START_MS);

  afterAll(() => {
    spawnSync('docker', ['compose', ...PROFILES, 'down', '--volumes', '--timeout', '5'], { cwd: ROOT, env });
  });

  it('runs as a user of its own, in a sandbox that is on', () => {
    expect(inChrome('id -u')).toBe('10001');
    // A page lives in process namespaces within those of the container, and under a filter of system calls.
    const facts = inChrome(
      'for p in /proc/[0-9]*; do grep -qsa -e --type=[r]enderer $p/cmdline && grep -E "^(NSpid|Seccomp):" $p/status; done || true',
    ).split('\n');
    const namespaces = facts.filter((line) => line.startsWith('NSpid'));
    expect(namespaces.length).toBeGreaterThan(0);
    for (const line of namespaces) expect(line.split('\t').length).toBeGreaterThan(2);
    for (const line of facts.filter((fact) => fact.startsWith('Seccomp'))) expect(line).toBe('Seccomp:\t2');
  });

  it('has the shared memory its tabs need (row 25), and drops every capability', () => {
    expect(inChrome('df --output=size --block-size=1M /dev/shm | tail -1').trim()).toBe('1024');
    expect(inChrome('grep CapBnd /proc/self/status')).toMatch(/0000000000000000$/);
  });

  it('opens the page logged in, and the simulator counts the account in', async () => {
    const counted = 'fetch("http://127.0.0.1:8090/metrics").then((r) => r.text())';
    await eventually('the page is told who is logged in', () =>
      String(fromTheNetwork(counted)).includes('simulator_events_sent_total{event="usernameStatus"}'),
    );
  });

  it('answers DevTools on the internal network, by address and not by name (row 26)', () => {
    expect(fromTheNetwork('fetch(`http://${ip}:9223/json/version`).then((r) => r.status)')).toBe(200);
    expect(fromTheNetwork('fetch("http://chrome:9223/json/version").then((r) => r.status)')).toBe(500);
    const pages = fromTheNetwork('fetch(`http://${ip}:9223/json/list`).then((r) => r.json())');
    expect(JSON.stringify(pages)).toContain(`page?auth=${TOKEN}`);
  });

  it('shows DevTools and its display to no other network, and publishes no port', () => {
    const ip = String(fromTheNetwork('ip'));
    const listening = inChrome('cat /proc/net/tcp')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state]) => state === '0A')
      .map(([, local = '']) => readAddress(local));
    expect(listening).toContain(`${ip}:9223`);
    expect(listening).toContain(`${ip}:5900`);
    const elsewhere = listening.filter((address) => !address.startsWith(ip) && !address.startsWith('127.'));
    // Health, which every service shows.
    expect(elsewhere).toEqual([]);
    expect(docker('inspect', '--format', '{{json .HostConfig.PortBindings}}', container('chrome'))).toBe(
      '{}',
    );
    expect(docker('inspect', '--format', '{{json .HostConfig.PortBindings}}', container('novnc'))).toBe(
      JSON.stringify({ '6080/tcp': [{ HostIp: '127.0.0.1', HostPort: env.NOVNC_PORT }] }),
    );
  });

  it('is shown by noVNC, which asks for the password', async () => {
    const address = `127.0.0.1:${env.NOVNC_PORT}`;
    expect((await fetch(`http://${address}/vnc.html`)).status).toBe(200);
    const socket = new WebSocket(`ws://${address}/websockify`, ['binary']);
    const messages: Buffer[] = [];
    socket.on('message', (message: Buffer) => messages.push(message));
    await eventually('VNC greets', () => messages[0]?.toString().startsWith('RFB 003'));
    socket.send(Buffer.from('RFB 003.008\n'));
    await eventually('VNC says how to prove who one is', () => messages.length > 1);
    // One way: 2, by password.
    expect([...(messages[1] ?? [])]).toEqual([1, 2]);
    socket.close(1000);
  });

  it('noVNC refuses to run without a password, and says so', () => {
    const args = ['compose', ...PROFILES, 'run', '--rm', '--no-deps', '-e', 'VNC_PASSWORD=', 'novnc'];
    const { status, stdout, stderr } = spawnSync('docker', args, { cwd: ROOT, env, encoding: 'utf8' });
    expect(status).toBe(78);
    expect(stdout + stderr).toContain('refused without a password: set VNC_PASSWORD');
  });

  it('tells neither the password nor the token, and Chrome does not know the password', () => {
    const logs = compose('logs', '--no-color', 'chrome', 'novnc');
    expect(logs).toContain('Chrome answers');
    expect(logs).not.toContain(PASSWORD);
    expect(logs).not.toContain(TOKEN);
    // What can be read of Chrome's environments: that they have a PATH, and a password.
    const known = inChrome(
      'for p in /proc/[0-9]*; do grep -qs ^chromium $p/comm && tr "\\0" "\\n" < $p/environ | grep -oE "^(PATH|VNC_PASSWORD)="; done 2>/dev/null | sort -u',
    );
    expect(known).toBe('PATH=');
  });

  it('brings Chrome back when it is killed, and leaves no zombie (row 24)', async () => {
    const started = (): number => compose('logs', '--no-color', 'chrome').split('Chrome answers').length - 1;
    for (let kill = 1; kill <= 3; kill++) {
      const before = started();
      inChrome('kill -9 $(sed "s/.*-//" <<E\n$(readlink /profile/rugs_bot/SingletonLock)\nE\n)');
      await eventually('Chrome is back', () => started() > before);
    }
    expect(inChrome('cat /proc/[0-9]*/stat 2>/dev/null | grep -c ") Z " || true')).toBe('0');
  });

  it('starts again after it was killed, with the same profile', async () => {
    inChrome('echo kept > /profile/rugs_bot/kept');
    docker('kill', container('chrome'));
    docker('start', container('chrome'));
    await untilHealthy();
    expect(inChrome('cat /profile/rugs_bot/kept')).toBe('kept');
  });

  it('starts with a profile that a container of another name left locked (row 23)', async () => {
    docker('kill', container('chrome'));
    const volume = `${PROJECT}_chrome:/profile`;
    const relock = 'ln -sfn 0123456789ab-33 /profile/rugs_bot/SingletonLock';
    docker(
      'run',
      '--rm',
      '--volume',
      volume,
      '--entrypoint',
      'sh',
      `vectra-chrome:${process.env.VECTRA_VERSION ?? 'local'}`,
      '-c',
      relock,
    );
    docker('start', container('chrome'));
    await untilHealthy();
    expect(compose('logs', '--no-color', 'chrome')).toContain('"host":"0123456789ab"');
    expect(inChrome('readlink /profile/rugs_bot/SingletonLock')).toMatch(/^chrome-\d+$/);
  });

  it('stops when asked, with status 0, and has kept what the page stored last', async () => {
    const cookie = (): unknown => fromTheNetwork(inThePage('document.cookie'));
    await eventually('the page is open', () =>
      String(fromTheNetwork(inThePage('document.readyState'))).includes('complete'),
    );
    fromTheNetwork(inThePage('document.cookie = "session=kept; max-age=3600"'));
    expect(cookie()).toBe('session=kept');
    docker('stop', '--time', '14', container('chrome'));
    expect(docker('inspect', '--format', '{{.State.ExitCode}}', container('chrome'))).toBe('0');
    docker('start', container('chrome'));
    await untilHealthy();
    await eventually('the cookie is there', () => cookie() === 'session=kept');
  });
});

/** JavaScript, for a network that knows Chrome's `ip`, of the value of an expression in the page that is open. */
function inThePage(expression: string): string {
  return `fetch('http://' + ip + ':9223/json/list').then((r) => r.json()).then((targets) => new Promise((resolve) => {
    const page = targets.find(({ type, url }) => type === 'page' && url.includes('/page'));
    if (page === undefined) return resolve(null);
    const socket = new WebSocket(page.webSocketDebuggerUrl);
    const params = { expression: ${JSON.stringify(expression)} };
    socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
    socket.onmessage = ({ data }) => { socket.close(); resolve(JSON.parse(data).result.result.value); };
  }))`;
}

/** `0100007F:1F93` -> `127.0.0.1:8083` */
function readAddress(hex: string): string {
  const [address = '', port = ''] = hex.split(':');
  const bytes = address.match(/../g) ?? [];
  return `${bytes
    .toReversed()
    .map((byte) => parseInt(byte, 16))
    .join('.')}:${parseInt(port, 16)}`;
}
