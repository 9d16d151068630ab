import { join } from 'node:path';
import ts from 'typescript';
import { ROOT, type Manifest } from './manifests.js';

/** A model of kubernetes-models. */
type Model = new (data: unknown) => { validate(): void };

/** What the schemas of Kubernetes say against an object: nothing when it fits. */
export async function againstSchema(manifest: Manifest): Promise<string[]> {
  const { kind, metadata } = manifest;
  const models = (await import(moduleOf(manifest))) as Record<string, Model | undefined>;
  const Known = models[kind];
  if (Known === undefined) return [`${kind}: not known in ${manifest.apiVersion}`];
  try {
    new Known(manifest).validate();
    return [];
  } catch (error) {
    return [`${kind} ${metadata.name}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/**
 * Fields that Kubernetes does not know, and values it does not allow: the schemas pass over unknown fields, so that the compiler is asked
 * whether the objects, as literals, are of the types that go with them.
 */
export function againstTypes(manifests: readonly Manifest[]): string[] {
  const lines = manifests.map(
    (manifest) =>
      `(${JSON.stringify(manifest)}) satisfies import(${JSON.stringify(moduleOf(manifest))}).I${manifest.kind};`,
  );
  const file = join(ROOT, 'test', 'kubernetes', 'manifests-as-literals.ts');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const known = ts.createCompilerHost(options);
  host.fileExists = (name) => name === file || known.fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === file
      ? ts.createSourceFile(name, lines.join('\n'), ts.ScriptTarget.ES2022)
      : known.getSourceFile(name, ...rest);
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ start = 0, messageText, file: source }) => {
    const line = source?.getLineAndCharacterOfPosition(start).line ?? 0;
    const { kind, metadata } = manifests[line] ?? { kind: 'nothing', metadata: { name: '' } };
    return `${kind} ${metadata.name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

const moduleOf = ({ apiVersion }: Manifest): string => `kubernetes-models/${apiVersion}`;
