import { dirname, posix } from 'node:path'
import { markdown } from './markdown.ts'
import type { Chapter } from './navigation.ts'
import { targetOf } from './read-page.ts'
import type { Heading, Page } from './read-page.ts'

const { escapeHtml } = markdown.utils

/** The whole document of a page. Every path in it is relative, so that the site works in any folder and without a server. */
export function layout(page: Page, chapters: readonly Chapter[]): string {
  const to = (target: string): string => posix.relative(dirname(page.target), target)
  const order = chapters.flatMap(({ pages }) => pages)
  const at = order.findIndex(([source]) => source === page.source)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(page.title === 'Quorate' ? page.title : `${page.title} – Quorate`)}</title>
<link rel="stylesheet" href="${to('assets/style.css')}">
<script src="${to('assets/search.js')}" data-root="${to('assets/..') || '.'}" defer></script>
</head>
<body>
<a class="skip" href="#content">To the text</a>
<header>
<a class="home" href="${to('index.html')}">Quorate</a>
<search><input type="search" placeholder="Search" aria-label="Search the documentation" aria-controls="found" autocomplete="off"><ol id="found" hidden></ol></search>
</header>
<div class="columns">
<nav class="site" aria-label="Pages"><details><summary>All pages</summary>
${chapters.map((chapter) => chapterPart(chapter, page, to)).join('\n')}
</details></nav>
<main id="content" tabindex="-1">
${markdown.renderer.render(page.tokens, markdown.options, {})}
${turnPart(order[at - 1], order[at + 1], to)}
</main>
${contentsPart(page.headings)}
</div>
</body>
</html>
`
}

type Link = (target: string) => string

function chapterPart({ title, pages }: Chapter, page: Page, to: Link): string {
  const items = pages.map(([source, label]) => {
    const current = source === page.source ? ' aria-current="page"' : ''
    return `<li><a href="${to(targetOf(source))}"${current}>${escapeHtml(label)}</a></li>`
  })
  return `<h2>${escapeHtml(title)}</h2>\n<ul>${items.join('')}</ul>`
}

function turnPart(before: Chapter['pages'][number] | undefined, after: Chapter['pages'][number] | undefined, to: Link): string {
  const link = (page: Chapter['pages'][number] | undefined, side: 'prev' | 'next'): string =>
    page ? `<a rel="${side}" href="${to(targetOf(page[0]))}">${escapeHtml(page[1])}</a>` : ''
  return `<nav class="turn" aria-label="Neighbouring pages">${link(before, 'prev')}${link(after, 'next')}</nav>`
}

/** What the page holds, beside it on wide screens. */
function contentsPart(headings: readonly Heading[]): string {
  const shown = headings.filter(({ level }) => level === 2 || level === 3)
  if (shown.length < 2) return ''
  const items = shown.map(({ level, id, text }) => `<li class="level-${level}"><a href="#${id}">${escapeHtml(text)}</a></li>`)
  return `<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>${items.join('')}</ul></nav>`
}
