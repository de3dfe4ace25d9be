package dev.mergefarm.benchmarks;

/** A program that measures something and prints it. */
public interface Benchmark {

  /** As on the command line. */
  String name();

  /** One line on what it measures and its options. */
  String description();

  void run(String[] arguments) throws Exception;
}
