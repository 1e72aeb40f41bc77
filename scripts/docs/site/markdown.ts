import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import ini from 'highlight.js/lib/languages/ini'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import python from 'highlight.js/lib/languages/python'
import typescript from 'highlight.js/lib/languages/typescript'
import yaml from 'highlight.js/lib/languages/yaml'
import MarkdownIt from 'markdown-it'

/** Languages by the name that a fenced block gives them. Others stay plain. */
const LANGUAGES = { sh: bash, toml: ini, js: javascript, json, python, ts: typescript, solidity: typescript, yaml }
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language)

/** Reads CommonMark with tables, as GitHub shows it. */
export const markdown = new MarkdownIt({
  html: true,
  highlight: (text, language) => (language in LANGUAGES ? hljs.highlight(text, { language }).value : ''),
})

const { rules } = markdown.renderer
// Wide tables scroll by themselves, so that a phone does not scroll the page.
rules['table_open'] = () => '<div class="scroll" tabindex="0"><table>\n'
rules['table_close'] = () => '</table></div>\n'
// An empty corner of a table is no heading of a column.
rules['th_open'] = (tokens, i) => (tokens[i + 1]!.content === '' ? '<td>' : '<th>')
rules['th_close'] = (tokens, i) => (tokens[i - 1]!.content === '' ? '</td>' : '</th>')
const listing = rules['fence']!
// Who has no mouse scrolls a listing with the keys.
rules['fence'] = (...all) => listing(...all).replace('<pre>', '<pre tabindex="0">')
rules['heading_close'] = (tokens, i) => {
  const open = tokens.slice(0, i).findLast(({ type }) => type === 'heading_open')!
  const link = `<a class="anchor" href="#${open.attrGet('id')}" aria-label="Link to this heading">#</a>`
  return `${open.tag === 'h1' ? '' : link}</${open.tag}>\n`
}
