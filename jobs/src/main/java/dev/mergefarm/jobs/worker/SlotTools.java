package dev.mergefarm.jobs.worker;

import dev.mergefarm.jobs.kafka.KafkaConnection;
import dev.mergefarm.jobs.kafka.RecordWriter;
import dev.mergefarm.jobs.kafka.TopicSettings;
import java.time.Clock;

/** What all slots of a worker share. */
record SlotTools(
    KafkaConnection connection,
    TopicSettings topics,
    WorkerSettings settings,
    RecordWriter writer,
    JobHandler handler,
    WorkerListener listener,
    Clock clock,
    Shutdown shutdown) {}
