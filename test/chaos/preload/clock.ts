import type { Control } from '../control.ts'

/** The clock that programs read is off by what `control` says; the monotonic one runs on, as real ones do. */
export function patchClock(control: () => Control): void {
  const Real = Date
  const now = (): number => Real.now() + (control().clockMs ?? 0)
  globalThis.Date = new Proxy(Real, {
    construct: (_, args, target) => Reflect.construct(Real, args.length === 0 ? [now()] : args, target) as object,
    apply: () => new Real(now()).toString(),
    get: (_, key, receiver) => (key === 'now' ? now : (Reflect.get(Real, key, receiver) as unknown)),
  })
}
