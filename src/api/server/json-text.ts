import { toJson } from '../../console/index.ts'

/** An answer whose text was made elsewhere, such as on another thread. */
export class JsonText {
  readonly text: string

  private constructor(text: string) {
    this.text = text
  }

  /**
   * @param fields that are made here; whole numbers of any size become decimal strings
   * @param fragment further fields as JSON without its braces
   */
  static of(fields: Readonly<Record<string, unknown>>, fragment: string): JsonText {
    return new JsonText(`${toJson(fields).slice(0, -1)},${fragment}}`)
  }
}
