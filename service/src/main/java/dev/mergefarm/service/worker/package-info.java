/** The running of a worker inside a service. */
package dev.mergefarm.service.worker;
