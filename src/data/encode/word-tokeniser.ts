import type { JsonValue } from '../../protocol/index.ts'

/** The definition of a tokeniser, in the format of `tokenizer.json`. */
export type TokeniserDefinition = Record<string, JsonValue>

/**
 * A tokeniser of whole words in lower case, small enough for a schema: words outside the list become `[UNK]`. Id 0 pads, id 1 is unknown.
 *
 * @param words in the order of their ids, which begin at 2. Take them from common knowledge of the language or the field, and not from
 * the texts of one member: the list shows which words occur.
 */
export function wordTokeniser(words: readonly string[]): TokeniserDefinition {
  const vocab = Object.fromEntries(['[PAD]', '[UNK]', ...words.map((word) => word.toLowerCase())].map((word, id) => [word, id]))
  return {
    version: '1.0',
    added_tokens: [],
    post_processor: null,
    decoder: null,
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: false, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab },
  }
}
