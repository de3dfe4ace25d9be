/**
 * What the engines take and give, in the API's words: one place for the services and the command
 * line, so that both answer alike.
 */
package dev.mergefarm.messages;
