package org.boltzmann4j.architecture.wrong.math;

import org.slf4j.Logger;

record Logs(Logger log) {}
