// Node has it; its types of version 20 do not.
declare namespace WebAssembly {
  type Module = object;
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  /** In pages of 64 KiB. */
  const Memory: new (limits: { initial: number; maximum: number }) => Memory;
  function compile(bytes: Uint8Array): Promise<Module>;
}
