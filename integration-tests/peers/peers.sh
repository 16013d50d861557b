#!/usr/bin/env bash
# Rows per second of training a 784-500 restricted Boltzmann machine, here and in other libraries, in turns.
#
# peers.sh DIRECTORY [ROUNDS [SECONDS [ONLY]]]
#   DIRECTORY  with train-images-idx3-ubyte.gz and the three other files of such a data set
#   ONLY       regular expression for the names of the libraries, for some of them
#
# Installs scikit-learn and PyTorch from the operating system's packages (Debian's names) and fetches Deeplearning4j 0.9.1
# with Maven. OPENBLAS_CORETYPE, unless set, is the core that the OpenBLAS of this project chooses, for everyone: an
# OpenBLAS that is older than the processor would choose slow kernels.
set -euo pipefail
data=$(realpath "${1:?directory of the IDX files}")
rounds=${2:-5}
seconds=${3:-5}
only=${4:-.}
images=$data/train-images-idx3-ubyte.gz
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
work=$here/../target/peers
mkdir -p "$work"

if ! /usr/bin/python3 -c 'import sklearn, torch' 2>"$work/python.log"; then
  apt-get install -y --no-install-recommends python3-sklearn python3-torch libopenblas0-pthread
fi
(cd "$here/dl4j-0.9.1" && mvn -q -B -ntp process-classes)
(cd "$root" && mvn -q -B -ntp -pl integration-tests -am test-compile dependency:build-classpath \
  -Dmdep.outputFile="$work/classpath" -Dmdep.includeScope=test)
ours=$here/../target/test-classes:$root/plugin/target/classes:$(cat "$work/classpath")
old=$here/dl4j-0.9.1/target/classes:$(cat "$here/dl4j-0.9.1/target/classpath")
export OPENBLAS_CORETYPE=${OPENBLAS_CORETYPE:-SkylakeX}

rate() { # name, command ...
  local name=$1
  shift
  [[ $name =~ $only ]] || return 0
  printf '%s %s\n' "$name" "$("$@" 2>"$work/error.log")" | tee -a "$work/rates"
}
: >"$work/rates"
cores=$(env -u OMP_NUM_THREADS nproc) # obeys the variable otherwise
for ((round = 0; round < rounds; round++)); do
  for threads in 1 "$cores"; do
    export OMP_NUM_THREADS=$threads OPENBLAS_NUM_THREADS=$threads
    rate "scikit-learn,$threads" /usr/bin/python3 "$here/peers.py" sklearn "$images" "$seconds" "$threads"
    rate "PyTorch,$threads" /usr/bin/python3 "$here/peers.py" torch "$images" "$seconds" "$threads"
    rate "Deeplearning4j-0.9.1,$threads" java -cp "$old" OldRbm "$images" "$seconds"
    rate "array-operations,$threads" java -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$ours" \
      org.boltzmann4j.benchmark.TrainingRate "$data" "$seconds" arrays
    export OMP_NUM_THREADS=1
    unset OPENBLAS_NUM_THREADS
    rate "boltzmann4j,$threads" java -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$ours" \
      org.boltzmann4j.benchmark.TrainingRate "$data" "$seconds" "$threads"
  done
done
/usr/bin/python3 "$here/summary.py" "$work/rates"
