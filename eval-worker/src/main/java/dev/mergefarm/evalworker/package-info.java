/** The service around eval-engine. */
package dev.mergefarm.evalworker;
