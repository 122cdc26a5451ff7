public import Box

extension Ps {
  public static var manual: Manual<Ps> {
    Manual(
      "ps", "List processes", family: .processes, operands: "[PID]...", grammar: .own,
      options: selection + formats + modifiers,
      examples: [
        ("ps aux", "All processes, with CPU and memory"),
        ("ps auxf", "The same as a tree"),
        ("ps -ef", "All processes, System V style"),
        ("ps -eLf", "All threads"),
        ("ps -eo pid,rss,args --sort=-rss", "Biggest first"),
        ("ps aux --containers", "Grouped by container"),
        ("ps -eo pid,container,runtime,args", "Who belongs to which container"),
      ],
      standard: "procps-ng ps(1), POSIX ps",
      deviations: [
        "no selection means all processes: in a debug container nobody wants its own terminal",
        "user names come from the container of PID 1, then from ours; user 0 is always root",
        "u (as in aux) takes RSS from stat, which the kernel rounds, and leaves L out of STAT",
        "threads in front of others have their own CPU time, not that of the process",
        "a sorted tree lists every process",
      ])
  }

  private static func flag(_ short: StaticString?, _ long: StaticString?, _ help: StaticString)
    -> Option<Ps>
  {
    .flag(short, long, help) { _ in }
  }

  private static func value(
    _ short: StaticString?, _ long: StaticString?, _ name: StaticString, _ help: StaticString
  ) -> Option<Ps> {
    .value(short, long, name, help) { (_: inout Ps, _: String) in }
  }

  private static var selection: [Option<Ps>] {
    [
      flag("Ae", nil, "All processes (also BSD ax)"),
      flag("a", nil, "Those with a terminal, without session leaders"),
      flag("d", nil, "All but session leaders"),
      flag("N", "deselect", "All that the other options do not select"),
      value("C", nil, "NAME", "By name, the whole of it"),
      value("G", "Group", "GROUP", "By real group"),
      value("g", "group", "GROUP", "By effective group, or with -g also by session"),
      value("pq", "pid quick-pid", "PID", "By process ID (also BSD p, or a bare number)"),
      value(nil, "ppid", "PID", "By parent"),
      value("s", "sid", "SESSION", "By session"),
      value("t", "tty", "TERMINAL", "By terminal (also BSD t); - is none"),
      value("U", "User", "USER", "By real user"),
      value("u", "user", "USER", "By effective user (also BSD U)"),
    ]
  }

  private static var formats: [Option<Ps>] {
    [
      flag("f", nil, "Full: with user, parent, start and arguments"),
      flag("F", nil, "As -f, with sizes and processor"),
      flag("l", nil, "Long: with state, priority and size (also BSD l)"),
      flag("j", nil, "With process group and session (also BSD j)"),
      value("o", "format", "COLUMNS", "These columns: NAME, NAME:WIDTH, NAME=TITLE (also BSD o)"),
      value("O", nil, "COLUMNS", "These columns within the usual ones (also BSD O)"),
      flag("MZ", nil, "Put the security label in front"),
      flag(nil, "context", "Security labels alone"),
      flag("c", nil, "Scheduling class instead of C and NI"),
      flag("P", nil, "With the processor last run on"),
      flag("y", nil, "With -l, RSS instead of F and ADDR"),
      flag(nil, "json", "Print an array of objects, with raw numbers"),
    ]
  }

  private static var modifiers: [Option<Ps>] {
    [
      flag("L", nil, "Threads, with LWP and NLWP (BSD L lists the columns)"),
      flag("T", nil, "Threads, with SPID (BSD T: of our own terminal)"),
      flag("m", nil, "Threads below their process (also BSD m)"),
      flag("H", nil, "As a tree, indented (BSD H: threads)"),
      flag(nil, "forest", "As a tree, with lines (also BSD f)"),
      flag(nil, "containers", "Grouped by container"),
      value(nil, "sort", "KEYS", "By these columns, -COLUMN reverses (also BSD k)"),
      flag("w", nil, "132 columns wide, twice without limit (also BSD w)"),
      value(nil, "cols columns width", "NUMBER", "Columns of the terminal"),
      value(nil, "rows lines", "NUMBER", "Lines of a page, for --headers"),
      flag(nil, "headers", "Repeat the header on every page"),
      flag(nil, "no-headers no-heading", "No header (also BSD h)"),
      flag(nil, "cumulative", "CPU time with that of ended children (also BSD S)"),
      flag("V", "version", "Show version, commit and compiler"),
      value(nil, "help", "TOPIC", "Show this help"),
    ]
  }
}
