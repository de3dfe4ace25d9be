/** Watching jobs: events to each client at the client's own pace, in bounded memory. */
package dev.mergefarm.gateway.watch;
