// The C library's heap.
#pragma once

namespace lenscast {

// Gives the system back what is free. A pipeline's threads allocate among what others keep, each in an arena; glibc
// returns no more than the end of one by itself, so that every restart would leave some more behind (malloc_trim(3)).
// Takes below a millisecond, on a thread of its own: it holds up whoever allocates. Does nothing on another C library.
void returnFreeMemory();

}  // namespace lenscast
