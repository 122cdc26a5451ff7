import Testing

@testable import Session

@Suite struct SessionTests {
  private func survey(_ targets: [Survey.Sight]) -> Survey {
    var survey = Survey()
    survey.host = "pod-7"
    survey.profile = "general"
    survey.targets = targets
    survey.main = targets.first
    return survey
  }

  @Test func greetings() {
    let app = Survey.Sight(label: "app", pid: 1, uid: 1000, isOpen: true)
    var seen = survey([app])
    seen.allowed = ["trace"]
    #expect(
      Greeting(seen).lines == [
        "swift-debugbox in pod-7: app (PID 1, uid 1000)",
        "access: general: read the files of app, trace",
        "next:   ls @1:/, env -p 1, enter 1, self-check; Tab completes",
      ])
    let closed = Survey.Sight(label: "app", pid: 7, uid: 0, isOpen: false)
    #expect(
      Greeting(survey([closed])).lines.dropFirst() == [
        "access: general: only our own files and the network; not the files of app (why 7 tells)",
        "next:   why 7, ps aux, self-check; Tab completes, Ctrl-R searches",
      ])
    #expect(Greeting(survey([])).lines[0].hasPrefix("swift-debugbox in pod-7: no other container"))
    seen.crowd = 3000
    #expect(Greeting(seen).lines[0] == "swift-debugbox in pod-7: 3000 processes in sight")
    #expect(Greeting(Survey()).lines.count == 3)
  }

  /// Names come from a hostile container.
  @Test func greetingIsSafe() {
    let bad = Survey.Sight(label: "a\u{1B}[2J\n", pid: 1, uid: 0, isOpen: true)
    for line in Greeting(survey([bad])).lines {
      #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }
  }

  @Test func prompts() {
    var prompt = Prompt(host: "pod", target: "app", isRoot: true, home: "/root", hasColour: false)
    #expect(prompt.text("/") == "pod:app /# ")
    #expect(prompt.text("/root") == "pod:app ~# ")
    #expect(prompt.text("/root/x") == "pod:app ~/x# ")
    #expect(prompt.text("/rooted") == "pod:app /rooted# ")
    prompt = Prompt(host: "pod", target: nil, isRoot: false, home: "/", hasColour: false)
    #expect(prompt.text("/a\u{1B}b") == "pod /a\\eb$ ")
    prompt = Prompt(host: "p\u{7}", target: nil, isRoot: false, home: nil, hasColour: true)
    #expect(prompt.text("/") == "\u{1B}[1;32mp\\x07\u{1B}[0m \u{1B}[34m/\u{1B}[0m$ ")
  }

  @Test func idleLimits() {
    #expect(Session.idleLimit(nil) == 3600)
    #expect(Session.idleLimit("5") == 300)
    #expect(Session.idleLimit("0") == nil)
    #expect(Session.idleLimit("0.5") == 30)
    #expect(Session.idleLimit("-1") == 3600)
    #expect(Session.idleLimit("x") == 3600)
  }
}
