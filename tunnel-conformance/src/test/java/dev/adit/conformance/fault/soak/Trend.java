package dev.adit.conformance.fault.soak;

import java.util.ArrayList;
import java.util.List;

/** How a figure changes with time: least squares over the later half of its samples. */
final class Trend {
  private static final double SECONDS_PER_HOUR = 3600;

  private record Point(double seconds, double value) {}

  private final List<Point> points = new ArrayList<>();

  void add(double seconds, double value) {
    points.add(new Point(seconds, value));
  }

  double first() {
    return points.get(0).value();
  }

  double last() {
    return points.get(points.size() - 1).value();
  }

  /** The change in an hour, by the later half; 0 while there are fewer than four samples. */
  double perHour() {
    List<Point> later = points.subList(points.size() / 2, points.size());
    if (later.size() < 2) {
      return 0;
    }
    double meanTime = later.stream().mapToDouble(Point::seconds).average().orElseThrow();
    double meanValue = later.stream().mapToDouble(Point::value).average().orElseThrow();
    double product = 0;
    double square = 0;
    for (Point point : later) {
      product += (point.seconds() - meanTime) * (point.value() - meanValue);
      square += (point.seconds() - meanTime) * (point.seconds() - meanTime);
    }
    return product / square * SECONDS_PER_HOUR;
  }
}
