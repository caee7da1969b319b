// Loaded before libc by quiet.py: another clock, and folders listed in another order.
//
// CLOCK_BASE=s makes each clock start at s seconds; CLOCK_STEP=s advances it by s seconds at each look, and otherwise it stands.
// ORDER=n lists each folder in an order drawn from n.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *base, *order;
static long step;
static atomic_long looks;

__attribute__((constructor)) static void begin(void) {
    base = getenv("CLOCK_BASE");
    order = getenv("ORDER");
    step = atol(getenv("CLOCK_STEP") ?: "0");
}

static time_t now(void) { return atol(base) + step * atomic_fetch_add(&looks, 1); }

int clock_gettime(clockid_t clock, struct timespec *out) {
    if (!base) return REAL(clock_gettime)(clock, out);
    *out = (struct timespec){.tv_sec = now()};
    return 0;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
    if (!base) return REAL(gettimeofday)(out, zone);
    *out = (struct timeval){.tv_sec = now()};
    return 0;
}

time_t time(time_t *out) {
    time_t value = base ? now() : REAL(time)(NULL);
    if (out) *out = value;
    return value;
}

// A folder that is being listed: its entries, read whole and shuffled.
struct listing {
    DIR *folder;
    struct dirent64 **entries;
    size_t count, next;
    struct listing *rest;
};
static struct listing *listings;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct listing *read_whole(DIR *folder) {
    struct listing *made = calloc(1, sizeof *made);
    made->folder = folder;
    for (struct dirent64 *entry; (entry = REAL(readdir64)(folder));) {
        made->entries = realloc(made->entries, (made->count + 1) * sizeof entry);
        made->entries[made->count++] = memcpy(malloc(entry->d_reclen), entry, entry->d_reclen);
    }
    unsigned seed = atol(order);
    for (size_t left = made->count; left > 1; left--) {
        size_t other = rand_r(&seed) % left;
        struct dirent64 *last = made->entries[left - 1];
        made->entries[left - 1] = made->entries[other];
        made->entries[other] = last;
    }
    made->rest = listings;
    return listings = made;
}

struct dirent64 *readdir64(DIR *folder) {
    if (!order) return REAL(readdir64)(folder);
    pthread_mutex_lock(&lock);
    struct listing *found = listings;
    while (found && found->folder != folder) found = found->rest;
    if (!found) found = read_whole(folder);
    struct dirent64 *entry = found->next < found->count ? found->entries[found->next++] : NULL;
    pthread_mutex_unlock(&lock);
    return entry;
}

// Where offsets have 64 bits, both names mean the same.
struct dirent *readdir(DIR *folder) { return (struct dirent *)readdir64(folder); }

int closedir(DIR *folder) {
    // Its address may be used again by the next folder. What was listed is small and stays until the process ends.
    pthread_mutex_lock(&lock);
    for (struct listing *found = listings; found; found = found->rest)
        if (found->folder == folder) found->folder = NULL;
    pthread_mutex_unlock(&lock);
    return REAL(closedir)(folder);
}
