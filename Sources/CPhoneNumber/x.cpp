int x_phone(void){return 0;}
