/** Types of the part of `@echogarden/pffft-wasm` that is used; the package has none of its own. */
declare module '@echogarden/pffft-wasm/simd' {
  export interface Pffft {
    readonly HEAPF32: Float32Array<ArrayBuffer>;
    readonly HEAPF64: Float64Array<ArrayBuffer>;
    _pffft_new_setup(length: number, kind: number): number;
    _pffft_transform_ordered(setup: number, from: number, to: number, work: number, direction: number): void;
    _pffft_aligned_malloc(bytes: number): number;
    _pffft_aligned_free(pointer: number): void;
  }
  // eslint-disable-next-line no-restricted-syntax -- how the package exports it
  export default function createPffft(): Promise<Pffft>;
}
