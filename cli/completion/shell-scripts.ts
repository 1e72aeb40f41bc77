import type { CommandInfo } from './describe-tree.ts'

/**
 * What bash and zsh share: a function that takes the words before the one that is completed, and sets `names` to the words that may stand there, or `files` where a
 * file may.
 */
function sharedFunction(commands: readonly CommandInfo[]): string {
  const below = commands.filter(({ at }) => at !== '')
  const names = commands.map(
    ({ at, commands: subs, options, choices }) =>
      `    '${at}') names='${[...subs, ...options]
        .map(({ name }) => name)
        .concat(choices)
        .join(' ')}' ;;`,
  )
  const values = commands.flatMap(({ at, options }) =>
    options.filter(({ takesValue }) => takesValue).map(({ name, choices }) => ({ place: `${at} ${name}`, choices })),
  )
  const chosen = values.filter(({ choices }) => choices.length > 0)
  const others = values.filter(({ choices }) => choices.length === 0)
  return `_quorate_names() {
  local at='' word='' last=''
  names='' files=''
  for word in "$@"; do
    case "$at $word" in
      ${below.map(({ at }) => `'${at}'`).join('|')}) at="$at $word" ;;
    esac
    last=$word
  done
  case "$at" in
${names.join('\n')}
  esac
  case "$at $last" in
${chosen.map(({ place, choices }) => `    '${place}') names='${choices.join(' ')}' ;;\n`).join('')}    ${others.map(({ place }) => `'${place}'`).join('|')}) names='' files=1 ;;
  esac
}`
}

/** A completion script for bash. */
export function bashScript(commands: readonly CommandInfo[]): string {
  return `# Completion of quorate for bash, made by \`quorate completion bash\`.
${sharedFunction(commands)}
_quorate() {
  local names files
  _quorate_names "\${COMP_WORDS[@]:1:COMP_CWORD-1}"
  COMPREPLY=($(compgen -W "$names" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _quorate quorate
`
}

/** The same for zsh. */
export function zshScript(commands: readonly CommandInfo[]): string {
  return `#compdef quorate
# Completion of quorate for zsh, made by \`quorate completion zsh\`.
${sharedFunction(commands)}
_quorate() {
  local names files
  _quorate_names "\${(@)words[2,CURRENT-1]}"
  compadd -- \${=names}
  if [[ -n $files || -z $names ]]; then _files; fi
}
if [[ $funcstack[1] == _quorate ]]; then _quorate "$@"; else compdef _quorate quorate; fi
`
}

/** The same for fish, which shows descriptions, too. */
export function fishScript(commands: readonly CommandInfo[]): string {
  const below = commands.filter(({ at }) => at !== '')
  const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, (one) => `\\${one}`)}'`
  const lines = commands.flatMap(({ at, commands: subs, options, choices }) => {
    const when = `complete -c quorate -n 'test (__quorate_at) = "${at}"'`
    return [
      ...subs.map(({ name, description }) => `${when} -f -a ${name} -d ${quoted(description)}`),
      ...(choices.length > 0 ? [`${when} -f -a ${quoted(choices.join(' '))}`] : []),
      ...options.map(({ name, description, takesValue, choices: values }) => {
        const value = values.length > 0 ? ` -x -a ${quoted(values.join(' '))}` : takesValue ? ' -r' : ''
        return `${when} -l ${name.slice(2)}${value} -d ${quoted(description)}`
      }),
    ]
  })
  return `# Completion of quorate for fish, made by \`quorate completion fish\`.
function __quorate_at
    set -l at ''
    for word in (commandline -opc)[2..]
        switch "$at $word"
            case ${below.map(({ at }) => `'${at}'`).join(' ')}
                set at "$at $word"
        end
    end
    echo "$at"
end
${lines.join('\n')}
`
}
