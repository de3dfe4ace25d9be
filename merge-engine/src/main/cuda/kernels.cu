// Every kernel of the merge engine, compiled as one file.
#include "maps.cuh"
#include "sums.cuh"
#include "counts.cuh"
#include "rows.cuh"
#include "ranking.cuh"
