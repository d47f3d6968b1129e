/**
 * What a shell reads to complete our command lines: it asks the command itself, each time.
 *
 * Invariant: holds no names of commands or options, so that it cannot fall behind.
 */

export const shells = ["bash", "zsh", "fish"] as const;
export type ShellName = (typeof shells)[number];

/** Bash replaces only what follows the last of its breaks, such as the colon in tcp://. */
const bash = `# Completion of switchyard for bash: source this file, or put it where bash-completion looks.
_switchyard() {
  local line="\${COMP_LINE:0:COMP_POINT}" word found
  local typed="\${line##*[[:space:]]}"
  local before="\${typed%"\${typed##*[:=]}"}"
  COMPREPLY=()
  while IFS= read -r found; do
    if [ "$found" = ":files" ]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$typed")
    else
      word="\${found%%$'\\t'*}"
      COMPREPLY+=("\${word#"$before"}")
    fi
  done < <("\${COMP_WORDS[0]}" complete --line "$line" 2>/dev/null)
}
complete -F _switchyard switchyard
`;

const zsh = `#compdef switchyard
# Completion of switchyard for zsh: source this file, or put it as _switchyard into a folder of $fpath.
_switchyard() {
  local -a found
  local line word
  for line in "\${(@f)$("\${words[1]}" complete --line "\${(j: :)words[1,CURRENT]}" 2>/dev/null)}"; do
    [[ -z "$line" ]] && continue
    if [[ "$line" == ":files" ]]; then _files; return; fi
    word="\${line%%$'\\t'*}"
    found+=("\${word//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( \${#found} )) && _describe 'switchyard' found
}
if [ "\${funcstack[1]}" = "_switchyard" ]; then _switchyard "$@"; else compdef _switchyard switchyard; fi
`;

const fish = `# Completion of switchyard for fish: put this file as switchyard.fish into ~/.config/fish/completions.
function __switchyard_complete
    set -l words (commandline -opc)
    for found in (command $words[1] complete --line (commandline -cp | string collect) 2>/dev/null)
        if test "$found" = ":files"
            __fish_complete_path (commandline -ct)
        else
            echo $found
        end
    end
end
complete -c switchyard -f -a '(__switchyard_complete)'
`;

export const scripts: Readonly<Record<ShellName, string>> = { bash, zsh, fish };
