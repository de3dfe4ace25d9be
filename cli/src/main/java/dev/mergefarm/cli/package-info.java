/** The mergefarm command. */
package dev.mergefarm.cli;
