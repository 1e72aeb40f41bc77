import { SEGMENT } from '../../protocol/types.ts'

/** Rows a side of the square of pairs that one workgroup computes: 8 x 8 threads with 4 x 4 pairs each. */
export const TILE = 32

/**
 * Inner products of int8 rows over some segments, in WGSL. Every value is an i32, so the order of additions does not matter: coordinates are at most 127 in
 * absolute value, 8192 products of them stay below 2^27 (and at most 2^27 even for -128, which no update may hold).
 *
 * Input: for each segment the rows one after the other, sixteen coordinates a vector. Output: pair (i, j), j <= i, of
 * segment g at `g * pairs + i (i + 1) / 2 + j`, as in `Gram.partials`. Workgroups: x and y count tiles of rows, z
 * segments; what lies above the diagonal returns at once. No shared memory and no barrier: rows come through the cache,
 * moving them to the device costs more, and a simple shader meets fewer driver bugs.
 *
 * @param packed whether the device has `packed_4x8_integer_dot_product`; without it the four coordinates of a word are unpacked
 */
export function gramShader({ packed }: { packed: boolean }): string {
  return `${packed ? PACKED : UNPACKED}
const VECTORS = ${SEGMENT / 16}u; // of a row over a segment

@group(0) @binding(0) var<storage, read> rows: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> sums: array<i32>;
@group(0) @binding(2) var<uniform> count: u32;

fn dotOf(a: vec4u, b: vec4u) -> i32 {
  return dotWord(a.x, b.x) + dotWord(a.y, b.y) + dotWord(a.z, b.z) + dotWord(a.w, b.w);
}

// Where a row begins. Rows beyond the last one are read as the last one and not stored.
fn start(segment: u32, row: u32) -> u32 {
  return (segment * count + min(row, count - 1u)) * VECTORS;
}

fn store(segment: u32, i: u32, j: u32, sum: vec4i) {
  if (i >= count) { return; }
  let at = segment * (count * (count + 1u) / 2u) + i * (i + 1u) / 2u + j;
  if (j <= i) { sums[at] = sum.x; }
  if (j + 1u <= i) { sums[at + 1u] = sum.y; }
  if (j + 2u <= i) { sums[at + 2u] = sum.z; }
  if (j + 3u <= i) { sums[at + 3u] = sum.w; }
}

@compute @workgroup_size(8, 8)
fn gram(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) at: vec3u) {
  let i = tile.y * ${TILE}u + 4u * at.y;
  let j = tile.x * ${TILE}u + 4u * at.x;
  if (j > i || i >= count) { return; }
${each((k) => `  let left${k} = start(tile.z, i + ${k}u);\n  let right${k} = start(tile.z, j + ${k}u);`)}
${each((k) => `  var sum${k} = vec4i();`)}
  for (var v = 0u; v < VECTORS; v++) {
${each((k) => `    let b${k} = rows[right${k} + v];`)}
${each((k) => `    let a${k} = rows[left${k} + v];\n    sum${k} += vec4i(dotOf(a${k}, b0), dotOf(a${k}, b1), dotOf(a${k}, b2), dotOf(a${k}, b3));`)}
  }
${each((k) => `  store(tile.z, i + ${k}u, j, sum${k});`)}
}
`
}

/** The lines for each of the four rows of a thread. */
function each(line: (k: number) => string): string {
  return [0, 1, 2, 3].map(line).join('\n')
}

const PACKED = `requires packed_4x8_integer_dot_product;

fn dotWord(a: u32, b: u32) -> i32 { return dot4I8Packed(a, b); }
`

// extractBits of a signed integer extends the sign.
const UNPACKED = `fn part(word: u32, k: u32) -> i32 { return extractBits(bitcast<i32>(word), 8u * k, 8u); }

fn dotWord(a: u32, b: u32) -> i32 {
  return part(a, 0u) * part(b, 0u) + part(a, 1u) * part(b, 1u) + part(a, 2u) * part(b, 2u) + part(a, 3u) * part(b, 3u);
}
`
