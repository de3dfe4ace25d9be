/** What Prometheus reads at {@code /q/metrics}. */
package dev.mergefarm.gateway.metrics;
