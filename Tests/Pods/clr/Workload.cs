using System;
using System.Collections.Generic;
using System.Diagnostics.Tracing;
using System.Threading;

/// <summary>A program with something to see in it: a hot method, threads that wait alike, objects that can be counted,
/// and a counter of its own.</summary>
[EventSource(Name = "Workload-Counters")]
sealed class WorkloadCounters : EventSource {
  readonly EventCounter answer;
  public WorkloadCounters() { answer = new EventCounter("the-answer", this) { DisplayName = "The Answer" }; }
  public void Tell() { answer.WriteMetric(42); }
}

sealed class Marker { public int Number; }

static class Workload {
  static readonly List<Marker> Kept = new List<Marker>();
  static readonly object Gate = new object();
  static double sum;

  static void Main() {
    for (int i = 0; i < 5000; i++) Kept.Add(new Marker { Number = i });
    Start(Hot);
    for (int i = 0; i < 3; i++) Start(WaitAtGate);
    var counters = new WorkloadCounters();
    Console.WriteLine("ready");
    while (true) {
      counters.Tell();
      Thread.Sleep(50);
    }
  }

  static void Start(ThreadStart work) { new Thread(work) { IsBackground = true }.Start(); }

  /// <summary>A third of a processor.</summary>
  static void Hot() {
    while (true) {
      for (int i = 0; i < 20; i++) sum += Mixed(i);
      Thread.Sleep(10);
    }
  }

  static double Mixed(int seed) {
    double value = seed;
    for (int i = 0; i < 20000; i++) value = value * 1.0000001 + Math.Sqrt(i);
    return value;
  }

  static void WaitAtGate() {
    lock (Gate) while (true) Monitor.Wait(Gate);
  }
}
