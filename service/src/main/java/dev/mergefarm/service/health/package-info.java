/** Whether a service lives and can work. */
package dev.mergefarm.service.health;
