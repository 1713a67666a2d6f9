// Package jobs works through what is stored, in the background and while everything else
// goes on. A job is cut into batches. How far it is stands in a file of its own, written
// when a batch is durable, so that a start goes on where the last life ended; a batch
// that was done and not noted is done again, and comes to the same.
package jobs
