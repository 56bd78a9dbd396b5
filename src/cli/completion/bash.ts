import type { Place } from './places.js';

/** A script for bash, from the places of the program. */
export function bashScript(places: readonly Place[]): string {
  return `# Completion of waybill for bash. Put into ~/.bashrc: source <(waybill completion bash)
_waybill() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" at=waybill word candidates=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
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
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
}
complete -o default -F _waybill waybill
`;
}

/** What a word makes of the place before it, as patterns of a shell. */
export function deeper(places: readonly Place[]): string {
  return places
    .slice(1)
    .map(({ path }) => `'${path}'`)
    .join('|');
}

function wordCase({ path, commands, options, choices }: Place): string {
  const words = [...commands.map(({ text }) => text), ...choices, ...options.map(({ text }) => text)];
  return `    '${path}') candidates='${words.join(' ')}' ;;`;
}

/** Behind an option that takes a value no other option may come; where anything may, files are offered. */
function valueCases({ path, options }: Place): readonly string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(({ text, choices }) => {
      const offer =
        choices.length > 0 ? `COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$current")); ` : '';
      return `    '${path} ${text}') ${offer}return ;;`;
    });
}
