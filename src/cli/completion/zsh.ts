import { deeper } from './bash.js';
import type { Place, Word } from './places.js';

/** A script for zsh, from the places of the program. */
export function zshScript(places: readonly Place[]): string {
  // n.b. `path` is a name that zsh itself needs, and `words` is the line.
  return `#compdef waybill
# Completion of waybill for zsh. Put into ~/.zshrc, behind compinit: source <(waybill completion zsh)
_waybill() {
  local at=waybill word before="\${words[CURRENT-1]}"
  local -a candidates
  for word in "\${words[@]:1:$((CURRENT-2))}"; do
    case "$at $word" in
      ${deeper(places)}) at="$at $word" ;;
    esac
  done
  case "$at $before" in
${places.flatMap(valueCases).join('\n')}
  esac
  case "$at" in
${places.map(wordCase).join('\n')}
  esac
  _describe waybill candidates || _files
}
if [ "$funcstack[1]" = _waybill ]; then _waybill "$@"; else compdef _waybill waybill; fi
`;
}

function wordCase({ path, commands, options, choices }: Place): string {
  const words = [...commands, ...choices.map((text) => ({ text, does: '' })), ...options];
  return `    '${path}') candidates=(${words.map(described).join(' ')}) ;;`;
}

/** `'list:what it does'`, in which a colon separates. */
function described({ text, does }: Word): string {
  return quoted(does === '' ? text : `${text}:${does}`);
}

function valueCases({ path, options }: Place): readonly string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(({ text, choices }) => {
      const offer =
        choices.length > 0
          ? `candidates=(${choices.map(quoted).join(' ')}); _describe value candidates`
          : "_message 'a value'";
      return `    '${path} ${text}') ${offer}; return ;;`;
    });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
