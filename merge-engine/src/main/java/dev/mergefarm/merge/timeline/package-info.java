/** What a merge spent its time on: spans of work, a summary, and a file that trace viewers read. */
package dev.mergefarm.merge.timeline;
