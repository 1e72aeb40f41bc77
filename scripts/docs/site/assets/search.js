// The search of the site. The index is read when the field is first used.
const root = document.currentScript.dataset.root
const field = document.querySelector('search input')
const found = document.querySelector('#found')
const SHOWN = 12
const AROUND = 60

let loading
function loadIndex() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = `${root}/assets/search-index.js`
    script.addEventListener('load', () => resolve(globalThis.searchIndex))
    script.addEventListener('error', reject)
    document.head.append(script)
  })
  return loading
}

/** Entries with every word; a word counts more in a title than in a text. */
function findEntries(entries, words) {
  return entries
    .map((entry) => ({ entry, score: scoreOf(entry, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, SHOWN)
    .map(({ entry }) => entry)
}

function scoreOf({ page, heading, text }, words) {
  let score = 0
  for (const word of words) {
    if (heading.toLowerCase().includes(word)) score += 8
    else if (page.toLowerCase().includes(word)) score += 4
    else if (text.toLowerCase().includes(word)) score += 1
    else return 0
  }
  return score
}

/** The words around the first hit. */
function excerpt(text, words) {
  const at = Math.max(0, text.toLowerCase().indexOf(words[0]))
  const from = Math.max(0, at - AROUND)
  return `${from > 0 ? '… ' : ''}${text.slice(from, at + 2 * AROUND)}`
}

function item({ href, page, heading, text }, words) {
  const line = document.createElement('li')
  const link = document.createElement('a')
  link.href = `${root}/${href}`
  link.textContent = page === heading ? page : `${page}: ${heading}`
  const more = document.createElement('span')
  more.textContent = excerpt(text, words)
  link.append(more)
  line.append(link)
  return line
}

async function show() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean)
  const entries = words.length > 0 ? findEntries(await loadIndex(), words) : []
  found.replaceChildren(...entries.map((entry) => item(entry, words)))
  if (words.length > 0 && entries.length === 0) found.textContent = 'Nothing found.'
  found.hidden = words.length === 0
}

field.addEventListener('input', () => void show())
field.addEventListener('focus', () => void loadIndex())
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && document.activeElement?.closest('search')) {
    field.value = ''
    found.hidden = true
  }
  if (event.key === '/' && document.activeElement !== field) {
    event.preventDefault()
    field.focus()
  }
})

// The list of pages is open beside the text, and closed above it on a phone.
const pages = document.querySelector('nav.site details')
const wide = matchMedia('(min-width: 60rem)')
const place = () => (pages.open = wide.matches)
place()
wide.addEventListener('change', place)
document.querySelector('nav.site [aria-current]')?.scrollIntoView({ block: 'nearest' })
