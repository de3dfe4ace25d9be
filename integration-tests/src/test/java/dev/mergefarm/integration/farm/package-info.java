/** A farm in a process of its own, for tests to drive. */
package dev.mergefarm.integration.farm;
