import Box

/// Everything that can be typed as an option of an applet, in the order of its help.
private func words(_ page: Page) -> [String] {
  var words: [String] = []
  for item in page.options {
    words += item.short.map { "-" + $0 } + item.long.map { "--" + $0 + equals(item) }
  }
  let isOurs = page.grammar != .own && page.grammar != .literal
  return words + (isOurs ? ["--help", "--version"] : [])
}

private func equals(_ item: OptionNames) -> String { item.joinsByEquals ? "=" : "" }

/// `text` as one word of a shell.
private func quoted(_ text: String) -> String {
  "'" + text.replacing("'", with: "'\\''") + "'"
}

/// Completion of `debugbox APPLET OPTION` for bash.
struct BashCompletion {
  let entries: [Entry]

  var text: String {
    let names = entries.flatMap { $0.names }.sorted().joined(separator: " ")
    return """
      # bash completion for debugbox, written by scripts/docs.
      _debugbox() {
        local word=${COMP_WORDS[COMP_CWORD]} words=
        COMPREPLY=()
        if [ "$COMP_CWORD" -eq 1 ]; then
          words='\(names) --install= --list --help --version'
        elif [[ $word == -* ]]; then
          case ${COMP_WORDS[1]} in
      \(cases)    esac
        else
          return
        fi
        local reply
        while IFS= read -r reply; do
          COMPREPLY+=("$reply")
          [[ $reply == *= ]] && compopt -o nospace
        done < <(compgen -W "$words" -- "$word")
      }
      complete -o default -F _debugbox debugbox

      """
  }

  private var cases: String {
    entries.map { entry in
      let pattern = entry.names.map(quoted).joined(separator: " | ")
      let list = words(entry.page).map { $0.replacing("'", with: "") }.joined(separator: " ")
      return "      \(pattern)) words=\(quoted(list)) ;;\n"
    }.joined()
  }
}

/// Completion of `debugbox APPLET OPTION` for zsh, with the help of each option.
struct ZshCompletion {
  let entries: [Entry]

  var text: String {
    let applets = entries.flatMap { entry in
      entry.names.map { "    " + quoted(escaped($0) + ":" + escaped(entry.page.summary)) + "\n" }
    }
    return """
      #compdef debugbox
      # zsh completion for debugbox, written by scripts/docs.
      local -a applets
      if (( CURRENT == 2 )); then
        applets=(
      \(applets.sorted().joined())  )
        _describe applet applets
        return
      fi
      shift words
      (( CURRENT -= 1 ))
      case $words[1] in
      \(cases)  *) _files ;;
      esac

      """
  }

  private var cases: String {
    entries.map { entry in
      let pattern = entry.names.map(quoted).joined(separator: " | ")
      let specifications = entry.page.options.flatMap(specification)
      let lines = (specifications + [quoted("*:file:_files")]).joined(separator: " \\\n      ")
      return "  \(pattern))\n    _arguments -s \\\n      \(lines) ;;\n"
    }.joined()
  }

  private func specification(_ item: OptionNames) -> [String] {
    let help = "[" + escaped(item.help) + "]"
    let value = escaped(item.metavariable)
    let short = item.short.map { name in
      switch item.arity {
      case .flag: "-\(name)\(help)"
      case .value: "-\(name)+\(help):\(value): "
      case .optional: "-\(name)-\(help)::\(value): "
      }
    }
    let long = item.long.map { name in
      switch item.arity {
      case .flag: "--\(name)\(help)"
      case .value: "--\(name)\(item.joinsByEquals ? "=" : "")\(help):\(value): "
      case .optional: "--\(name)=-\(help)::\(value): "
      }
    }
    return (short + long).map(quoted)
  }

  private func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      if "\\[]:".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }
}
