/** Jobs and their events as protobuf messages: on Kafka and at the API. */
package dev.mergefarm.jobs.wire;
