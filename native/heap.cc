#include "heap.h"

// Says which C library this is.
#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace lenscast {

void returnFreeMemory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace lenscast
