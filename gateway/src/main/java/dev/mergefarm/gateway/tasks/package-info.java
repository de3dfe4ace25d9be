/** Task bundles of the farm's store: importing and listing. */
package dev.mergefarm.gateway.tasks;
