/** Values of one sample, or of parameters, side by side. */
export type Values = Float64Array

/**
 * One layer of a network for one sample, with what the derivative of a gradient needs: each pass also along a direction (the R-operator of Pearlmutter 1994,
 * "Fast Exact Multiplication by the Hessian"). A dot in a name means "change along the direction".
 */
export interface Layer {
  inputs: number
  outputs: number
  /** Kernel, then bias; 0 for layers without. */
  parameters: number
  /** @returns outputs */
  forward(parameters: Values, input: Values): Values
  /** @returns the change of the outputs, when parameters and input change by these; no `inputDot` for an input that stays */
  forwardDot(parameters: Values, parametersDot: Values, input: Values, inputDot: Values | undefined): Values
  /**
   * @param outputGrad gradient of the loss by the outputs
   * @param gradient of the parameters, added to
   * @returns gradient by the input
   */
  backward(parameters: Values, input: Values, outputGrad: Values, gradient: Values | undefined): Values
  /**
   * The change of what `backward` returns.
   *
   * @param gradientDot change of the gradient of the parameters, added to; left out where nobody asks for it
   */
  backwardDot(point: DotPoint): Values
}

/** Where `backwardDot` is taken, and along what. */
export interface DotPoint {
  parameters: Values
  parametersDot: Values
  input: Values
  inputDot: Values | undefined
  outputGrad: Values
  outputGradDot: Values
  gradientDot: Values | undefined
}
