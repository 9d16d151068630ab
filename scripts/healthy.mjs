// Exit status 0 when the gateway says that all is well. Usage: node healthy.mjs <url of /health> [--verbose]
const [url, verbose] = process.argv.slice(2);
const response = await fetch(url).catch(() => undefined);
if (verbose && response) {
  const { problems = [], error } = await response.json();
  for (const { part, message, remedy } of problems) console.log(`  ${part}: ${message} (${remedy})`);
  if (error) console.log(`  ${error.message}`);
}
if (verbose && !response) console.log(`  the gateway does not answer at ${url}`);
process.exit(response?.ok ? 0 : 1);
