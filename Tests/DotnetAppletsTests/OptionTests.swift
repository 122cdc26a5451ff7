import Box
import DotnetIPC
import Testing

@testable import DotnetApplets

@Suite struct OptionTests {
  @Test func readsDurations() {
    #expect(DotnetChoices.duration("00:00:00:30") == 30)
    #expect(DotnetChoices.duration("01:00:30") == 3630)
    #expect(DotnetChoices.duration("1:00:00:00") == 86400)
    #expect(DotnetChoices.duration("30") == 30)
    #expect(DotnetChoices.duration("1.5m") == 90)
    for bad in ["", ":", "x", "1:2:3:4:5", "-1", "0", "s", "1d"] {
      #expect(DotnetChoices.duration(bad) == nil)
    }
  }

  @Test func readsCounterLists() throws {
    let selection = try CounterSelection(#"System.Runtime[cpu-usage,gc-heap-size],EventCounters\X"#)
    #expect(selection.wishes.map { $0.provider } == ["System.Runtime", "X"])
    #expect(selection.wishes[0].counters == ["cpu-usage", "gc-heap-size"])
    #expect(selection.wishes[1].eventsOnly)
    let providers = selection.providers(interval: 3, client: "c")
    #expect(providers.map { $0.name } == ["System.Runtime", "X", "System.Diagnostics.Metrics"])
    #expect(providers[0].arguments == "EventCounterIntervalSec=3")
    #expect(
      providers[2].arguments.contains(
        #"Metrics=System.Runtime\cpu-usage,System.Runtime\gc-heap-size;RefreshInterval=3"#))
    for bad in ["", "A[", "A[b]c", ",", "A;B"] {
      #expect(throws: Failure.self) { try CounterSelection(bad) }
    }
  }

  @Test func instrumentsGoBeforeEventCounters() throws {
    let selection = try CounterSelection(#"A,EventCounters\B"#)
    let event = CounterValueName(provider: "A", name: "x", isInstrument: false)
    let instrument = CounterValueName(provider: "A", name: "x", isInstrument: true)
    #expect(selection.admits(event, meters: []))
    #expect(!selection.admits(event, meters: ["A"]))
    #expect(selection.admits(instrument, meters: ["A"]))
    let forced = CounterValueName(provider: "B", name: "x", isInstrument: false)
    #expect(selection.admits(forced, meters: ["B"]))
  }

  @Test func readsProviders() throws {
    let selection = try ProviderSelection(
      profile: nil, providers: #"A:0x1F:4:k=v;l="a,b",B,C::Verbose"#, events: nil, level: nil)
    let providers = selection.providers.map { $0.provider }
    #expect(providers.map { $0.name } == ["A", "B", "C"])
    #expect(providers.map { $0.keywords } == [0x1F, .max, .max])
    #expect(providers.map { $0.level } == [4, 5, 5])
    #expect(providers[0].arguments == #"k=v;l="a,b""#)
    #expect(!selection.isDefault)
  }

  @Test func explicitProvidersGoBeforeProfiles() throws {
    let selection = try ProviderSelection(
      profile: "cpu-sampling", providers: nil, events: "gc+exception", level: "informational")
    let runtime = selection.providers.filter { $0.provider.name == TraceProfile.runtime }
    #expect(runtime.count == 1)
    #expect(runtime[0].provider.keywords == 0x8001)
    #expect(runtime[0].provider.level == 4)
    #expect(selection.providers.count == 2)
    for (profile, events, level) in [("no", nil, nil), (nil, "no", nil), (nil, "gc", "loud")]
      as [(String?, String?, String?)]
    {
      #expect(throws: Failure.self) {
        try ProviderSelection(profile: profile, providers: nil, events: events, level: level)
      }
    }
  }

  @Test func groupsDigits() {
    #expect(Grouped.text(0) == "0")
    #expect(Grouped.text(-1234567) == "-1,234,567")
    #expect(Grouped.text(0.05) == "0.05")
    #expect(Grouped.text(16040.56) == "16,040.56")
    #expect(Grouped.text(48.4671) == "48.467")
    #expect(Grouped.text(99_999_999.0) == "99,999,999")
    #expect(Grouped.text(169_470_000.0) == "1.6947e+08")
    #expect(Grouped.text(.nan) == "NaN")
  }
}
