/** Formats that a model can be written in. */
export const EXPORT_FORMATS = ['safetensors', 'tfjs', 'onnx', 'state_dict'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]
