/**
 * What a shell reads to complete `ccd`. It asks `ccd __complete` with each press of Tab, and gets a line a candidate:
 * the word, a tab, what it means. `:files` and `:directories` are for the shell to list.
 */

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** Also for the 3.2 of macOS. */
const BASH = `_ccd_paths() {
  local path
  compopt -o filenames 2>/dev/null
  while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$1" -- "$word")
}
_ccd() {
  local line word=$2
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) _ccd_paths -f ;;
      :directories) _ccd_paths -d ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("$1" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" "$word" 2>/dev/null)
}
complete -F _ccd ccd cc-docker
`;

const ZSH = `#compdef ccd cc-docker
_ccd() {
  local line
  local -a found
  while IFS= read -r line; do
    case $line in
      :files) _files ;;
      :directories) _files -/ ;;
      *) found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done < <("$words[1]" __complete -- "\${(@)words[2,CURRENT-1]}" "$words[CURRENT]" 2>/dev/null)
  (( $#found )) && _describe ccd found
}
compdef _ccd ccd cc-docker
`;

const FISH = `function __ccd_complete
  set -l words (commandline -opc)
  for line in ($words[1] __complete -- $words[2..-1] (commandline -ct) 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path (commandline -ct)
      case ':directories'
        __fish_complete_directories (commandline -ct)
      case '*'
        echo $line
    end
  end
end
complete -c ccd -f -a '(__ccd_complete)'
complete -c cc-docker -f -a '(__ccd_complete)'
`;

export const SCRIPTS: Record<Shell, string> = { bash: BASH, zsh: ZSH, fish: FISH };
