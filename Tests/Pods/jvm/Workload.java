import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;

/** A program with something to see in it: garbage, a hot method, a waiting thread and a deadlock; `idle` has none. */
public final class Workload {
  static final ReentrantLock LEFT = new ReentrantLock();
  static final ReentrantLock RIGHT = new ReentrantLock();
  static volatile long sum;

  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length > 0 && arguments[0].equals("idle")) {
      System.out.println("ready");
      Thread.sleep(Long.MAX_VALUE);
    }
    start("embrace-left", () -> take(LEFT, RIGHT));
    start("embrace-right", () -> take(RIGHT, LEFT));
    start("hot", Workload::burn);
    while (!LEFT.hasQueuedThreads() || !RIGHT.hasQueuedThreads()) sleep(10);
    System.out.println("ready");
    ArrayDeque<byte[]> kept = new ArrayDeque<>();
    while (true) {
      kept.add(new byte[20_000]);
      if (kept.size() > 200) kept.remove();
      Thread.sleep(2);
    }
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void take(ReentrantLock first, ReentrantLock second) {
    first.lock();
    sleep(300);
    second.lock();
  }

  /** A tenth of a processor. */
  private static void burn() {
    while (true) {
      long end = System.nanoTime() + 5_000_000;
      while (System.nanoTime() < end) sum += mixed(sum);
      sleep(45);
    }
  }

  private static long mixed(long value) {
    for (int round = 0; round < 200; round++) value = value * 6364136223846793005L + round;
    return value;
  }

  private static void sleep(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
