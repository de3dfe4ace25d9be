/** Topics, clients and records: where jobs meet Kafka. */
package dev.mergefarm.jobs.kafka;
