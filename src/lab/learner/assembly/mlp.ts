// A network of one hidden layer with ReLU and softmax cross-entropy, and images of bytes. A pixel of zero adds nothing to a sum and nothing to a gradient,
// so only the others are looked at: a fifth of a digit. Leaving out zeros changes no bit of what the same loops with them would give.

/** Units of the hidden layer. */
const HIDDEN: usize = 128
/** Bytes of a row of hidden units. */
const ROW: usize = HIDDEN * 4
/** Bytes of a row of outputs: ten classes and two lanes of zeros. */
const OUT_ROW: usize = 48
/** Bytes of one entry of a list: the row of the pixel as a byte offset, then its value. */
const ENTRY: usize = 8
/** Hidden units whose sums stay in registers while a list is run through: eight vectors of four. */
const BLOCK: usize = 128

/**
 * Lists the pixels of an image that are not zero.
 *
 * @param image bytes, `width` of them, a multiple of 16
 * @param values f32[256], the value of each byte
 * @returns the end of the list
 */
function gather(image: usize, width: usize, values: usize, list: usize): usize {
  for (let from: usize = 0; from < width; from += 16) {
    if (!v128.any_true(v128.load(image + from))) continue
    for (let k = from; k < from + 16; k++) {
      const byte = load<u8>(image + k)
      if (byte == 0) continue
      store<u32>(list, <u32>(k * ROW))
      store<f32>(list, load<f32>(values + ((<usize>byte) << 2)), 4)
      list += ENTRY
    }
  }
  return list
}

/** hidden = relu(bias + Σ value · row) for one image. The bias is the row after the last pixel. */
function toHidden(weights: usize, bias: usize, list: usize, end: usize, hidden: usize): void {
  const zero = f32x4.splat(0)
  for (let at: usize = 0; at < ROW; at += BLOCK) {
    const start = bias + at
    let s0 = v128.load(start),
      s1 = v128.load(start, 16),
      s2 = v128.load(start, 32),
      s3 = v128.load(start, 48),
      s4 = v128.load(start, 64),
      s5 = v128.load(start, 80),
      s6 = v128.load(start, 96),
      s7 = v128.load(start, 112)
    const base = weights + at
    for (let entry = list; entry < end; entry += ENTRY) {
      const x = v128.load32_splat(entry, 4)
      const row = base + <usize>load<u32>(entry)
      s0 = f32x4.add(s0, f32x4.mul(x, v128.load(row)))
      s1 = f32x4.add(s1, f32x4.mul(x, v128.load(row, 16)))
      s2 = f32x4.add(s2, f32x4.mul(x, v128.load(row, 32)))
      s3 = f32x4.add(s3, f32x4.mul(x, v128.load(row, 48)))
      s4 = f32x4.add(s4, f32x4.mul(x, v128.load(row, 64)))
      s5 = f32x4.add(s5, f32x4.mul(x, v128.load(row, 80)))
      s6 = f32x4.add(s6, f32x4.mul(x, v128.load(row, 96)))
      s7 = f32x4.add(s7, f32x4.mul(x, v128.load(row, 112)))
    }
    const to = hidden + at
    v128.store(to, f32x4.max(s0, zero))
    v128.store(to, f32x4.max(s1, zero), 16)
    v128.store(to, f32x4.max(s2, zero), 32)
    v128.store(to, f32x4.max(s3, zero), 48)
    v128.store(to, f32x4.max(s4, zero), 64)
    v128.store(to, f32x4.max(s5, zero), 80)
    v128.store(to, f32x4.max(s6, zero), 96)
    v128.store(to, f32x4.max(s7, zero), 112)
  }
}

/** out = bias + Σ hidden · row. The bias is the row after the last hidden unit. */
function toOutputs(weights: usize, hidden: usize, out: usize): void {
  const bias = weights + HIDDEN * OUT_ROW
  let s0 = v128.load(bias),
    s1 = v128.load(bias, 16),
    s2 = v128.load(bias, 32)
  for (let unit: usize = 0; unit < HIDDEN; unit++) {
    const h = v128.load32_splat(hidden + (unit << 2))
    const row = weights + unit * OUT_ROW
    s0 = f32x4.add(s0, f32x4.mul(h, v128.load(row)))
    s1 = f32x4.add(s1, f32x4.mul(h, v128.load(row, 16)))
    s2 = f32x4.add(s2, f32x4.mul(h, v128.load(row, 32)))
  }
  v128.store(out, s0)
  v128.store(out, s1, 16)
  v128.store(out, s2, 32)
}

/**
 * Turns logits into (softmax − one-hot) · share, the gradient of the mean cross-entropy, in place; lanes beyond `classes` become zero.
 *
 * @returns the cross-entropy of the sample
 */
function toGradient(out: usize, classes: i32, label: i32, share: f32): f32 {
  let most = load<f32>(out)
  for (let c = 1; c < classes; c++) most = max<f32>(most, load<f32>(out + ((<usize>c) << 2)))
  const shifted = load<f32>(out + ((<usize>label) << 2)) - most
  let sum: f32 = 0
  for (let c = 0; c < classes; c++) {
    const cell = out + ((<usize>c) << 2)
    const power = Mathf.exp(load<f32>(cell) - most)
    store<f32>(cell, power)
    sum += power
  }
  for (let c = 0; c < classes; c++) {
    const cell = out + ((<usize>c) << 2)
    store<f32>(cell, (load<f32>(cell) / sum - (c == label ? <f32>1 : <f32>0)) * share)
  }
  for (let c = classes; c < 12; c++) store<f32>(out + ((<usize>c) << 2), 0)
  return Mathf.log(sum) - shifted
}

function total(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
}

/** Adds the gradient of the output layer to `velocity` and turns the hidden units into their own gradient; those at zero let none through. */
function throughOutputs(weights: usize, velocity: usize, hidden: usize, slope: usize): void {
  const d0 = v128.load(slope),
    d1 = v128.load(slope, 16),
    d2 = v128.load(slope, 32)
  for (let unit: usize = 0; unit < HIDDEN; unit++) {
    const cell = hidden + (unit << 2)
    if (load<f32>(cell) == 0) continue
    const h = v128.load32_splat(cell)
    const row = weights + unit * OUT_ROW
    const to = velocity + unit * OUT_ROW
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(h, d0)))
    v128.store(to, f32x4.add(v128.load(to, 16), f32x4.mul(h, d1)), 16)
    v128.store(to, f32x4.add(v128.load(to, 32), f32x4.mul(h, d2)), 32)
    const products = f32x4.add(
      f32x4.add(f32x4.mul(d0, v128.load(row)), f32x4.mul(d1, v128.load(row, 16))),
      f32x4.mul(d2, v128.load(row, 32)),
    )
    store<f32>(cell, total(products))
  }
  const bias = velocity + HIDDEN * OUT_ROW
  v128.store(bias, f32x4.add(v128.load(bias), d0))
  v128.store(bias, f32x4.add(v128.load(bias, 16), d1), 16)
  v128.store(bias, f32x4.add(v128.load(bias, 32), d2), 32)
}

/** Adds value · slope to the row of each pixel of the list, and the slope to the bias. */
function throughHidden(velocity: usize, bias: usize, list: usize, end: usize, slope: usize): void {
  for (let at: usize = 0; at < ROW; at += BLOCK) {
    const from = slope + at
    const d0 = v128.load(from),
      d1 = v128.load(from, 16),
      d2 = v128.load(from, 32),
      d3 = v128.load(from, 48),
      d4 = v128.load(from, 64),
      d5 = v128.load(from, 80),
      d6 = v128.load(from, 96),
      d7 = v128.load(from, 112)
    const base = velocity + at
    for (let entry = list; entry < end; entry += ENTRY) {
      const x = v128.load32_splat(entry, 4)
      const row = base + <usize>load<u32>(entry)
      v128.store(row, f32x4.add(v128.load(row), f32x4.mul(x, d0)))
      v128.store(row, f32x4.add(v128.load(row, 16), f32x4.mul(x, d1)), 16)
      v128.store(row, f32x4.add(v128.load(row, 32), f32x4.mul(x, d2)), 32)
      v128.store(row, f32x4.add(v128.load(row, 48), f32x4.mul(x, d3)), 48)
      v128.store(row, f32x4.add(v128.load(row, 64), f32x4.mul(x, d4)), 64)
      v128.store(row, f32x4.add(v128.load(row, 80), f32x4.mul(x, d5)), 80)
      v128.store(row, f32x4.add(v128.load(row, 96), f32x4.mul(x, d6)), 96)
      v128.store(row, f32x4.add(v128.load(row, 112), f32x4.mul(x, d7)), 112)
    }
    const to = bias + at
    v128.store(to, f32x4.add(v128.load(to), d0))
    v128.store(to, f32x4.add(v128.load(to, 16), d1), 16)
    v128.store(to, f32x4.add(v128.load(to, 32), d2), 32)
    v128.store(to, f32x4.add(v128.load(to, 48), d3), 48)
    v128.store(to, f32x4.add(v128.load(to, 64), d4), 64)
    v128.store(to, f32x4.add(v128.load(to, 80), d5), 80)
    v128.store(to, f32x4.add(v128.load(to, 96), d6), 96)
    v128.store(to, f32x4.add(v128.load(to, 112), d7), 112)
  }
}

/**
 * Adds the gradient of the mean cross-entropy of one image to the velocity.
 *
 * @param weights of the network: width + 1 rows of hidden units, then 129 rows of outputs
 * @param velocity of the same form
 * @param scratch room for a list of the pixels, a row of hidden units and a row of outputs
 * @param share one over the images of the batch
 * @returns the cross-entropy of the image
 */
export function learn(
  weights: usize,
  velocity: usize,
  image: usize,
  width: usize,
  values: usize,
  scratch: usize,
  classes: i32,
  label: i32,
  share: f32,
): f32 {
  const hidden = scratch
  const out = hidden + ROW
  const list = out + 64
  const end = gather(image, width, values, list)
  const bias = width * ROW
  const outer = bias + ROW
  toHidden(weights, weights + bias, list, end, hidden)
  toOutputs(weights + outer, hidden, out)
  const loss = toGradient(out, classes, label, share)
  throughOutputs(weights + outer, velocity + outer, hidden, out)
  throughHidden(velocity, velocity + bias, list, end, hidden)
  return loss
}

/** The logits of one image, 12 lanes at `out`. */
export function logits(weights: usize, image: usize, width: usize, values: usize, scratch: usize, out: usize): void {
  const list = scratch + ROW
  const end = gather(image, width, values, list)
  const bias = width * ROW
  toHidden(weights, weights + bias, list, end, scratch)
  toOutputs(weights + bias + ROW, scratch, out)
}

/**
 * The step of the optimiser: v' = v + decay · w + proximal · (w − start), w' = w − rate · v', and momentum · v' for the next step.
 *
 * @param length values, a multiple of 4
 */
export function descend(
  weights: usize,
  velocity: usize,
  start: usize,
  length: usize,
  rate: f32,
  momentum: f32,
  decay: f32,
  proximal: f32,
): void {
  const r = f32x4.splat(rate)
  const m = f32x4.splat(momentum)
  const hasTerms = decay > 0 || proximal > 0
  const d = f32x4.splat(decay)
  const p = f32x4.splat(proximal)
  for (let at: usize = 0; at < length << 2; at += 16) {
    const w = v128.load(weights + at)
    let v = v128.load(velocity + at)
    if (hasTerms) v = f32x4.add(v, f32x4.add(f32x4.mul(d, w), f32x4.mul(p, f32x4.sub(w, v128.load(start + at)))))
    v128.store(weights + at, f32x4.sub(w, f32x4.mul(r, v)))
    v128.store(velocity + at, f32x4.mul(m, v))
  }
}
