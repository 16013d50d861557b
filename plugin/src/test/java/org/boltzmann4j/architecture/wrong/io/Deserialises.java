package org.boltzmann4j.architecture.wrong.io;

import java.io.ObjectInputStream;

record Deserialises(ObjectInputStream input) {}
