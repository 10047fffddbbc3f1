from countersign import *
