/** The service around merge-engine. */
package dev.mergefarm.mergeworker;
