package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.merge.cuda.DeviceEvent;
import dev.mergefarm.merge.timeline.Span;
import dev.mergefarm.merge.timeline.Step;
import dev.mergefarm.merge.timeline.Timeline;

/** Puts what a lane does on a timeline, with the device's times set to this machine's clock. */
final class SpanRecorder {

  private static final double NANOSECONDS = 1e6;

  private final Timeline timeline;
  private final String lane;
  private final DeviceEvent origin;
  private final long originTime;

  SpanRecorder(Timeline timeline, DeviceLane lane) {
    this.timeline = timeline;
    this.lane = lane.name();
    origin = lane.markOrigin();
    originTime = System.nanoTime();
  }

  /** A step on this machine that ends now. */
  void host(Step step, String tensor, long start, long bytes) {
    timeline.add(
        new Span(step, lane + " " + step.label(), tensor, start, System.nanoTime(), bytes));
  }

  /** A step on the device whose events have been reached. */
  void device(Step step, String tensor, EventPair events, long bytes) {
    timeline.add(
        new Span(
            step,
            lane + " " + step.label(),
            tensor,
            time(events.started()),
            time(events.ended()),
            bytes));
  }

  private long time(DeviceEvent event) {
    return originTime + (long) (event.millisecondsSince(origin) * NANOSECONDS);
  }
}
