/** A Kafka broker inside the process. */
package dev.mergefarm.embeddedkafka;
